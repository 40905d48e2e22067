"""Files that editors attach: looked at within limits, written anew or refused, and stored once."""
