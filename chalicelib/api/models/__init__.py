"""What goes in and out over HTTP: the shapes, their limits, and what each field means. A module for each subject."""
