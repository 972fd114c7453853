"""The media types of PATCH, applied to one document (TMF630 part 5). Pure; names no noun."""
