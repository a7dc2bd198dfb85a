"""Hidden halves of the exercises; each module lists its MARKINGS."""
