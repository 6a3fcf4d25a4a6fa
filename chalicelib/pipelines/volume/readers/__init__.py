"""One module for each file format: `header` looks at the first bytes, `load` gives the volume."""
