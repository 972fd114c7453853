"""Between connection and front: names, origins, bodies, codings. Names no noun, knows no path."""
