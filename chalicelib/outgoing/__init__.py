"""Every call to another server: only to addresses that its purpose allows, bounded in time and bytes."""
