"""The kinds of file that the colour pipeline takes."""

RAW_EXTENSIONS = (".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2", ".raf", ".pef", ".srw")
HEIC_EXTENSIONS = (".heic", ".heif")
EXTENSIONS = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", *HEIC_EXTENSIONS, *RAW_EXTENSIONS)
VALUE_EXTENSIONS = (".cie", ".txt", ".ti3", ".csv")
