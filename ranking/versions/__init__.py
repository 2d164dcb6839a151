"""Two versions on the same items, repeats of one, and means over the same mix."""
