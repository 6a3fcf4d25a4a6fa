"""Every call to somebody else's server: only to addresses that its purpose allows, bounded in time and bytes."""
