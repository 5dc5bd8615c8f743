"""One file for each verb or noun of the command line."""
