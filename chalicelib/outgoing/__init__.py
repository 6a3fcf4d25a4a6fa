"""All calls to other servers: only to addresses that the call's purpose allows, bounded in time and bytes."""
