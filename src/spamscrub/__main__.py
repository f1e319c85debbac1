"""`python -m spamscrub` is the command line."""

from spamscrub.cli import main

if __name__ == "__main__":
    main()
