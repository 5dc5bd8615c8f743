"""The parts of the literal matcher: how text is cut, which forms count, and two engines that find the same."""
