"""`python -m millrace_client` is `millrace`."""

from millrace_client.cli.main import main

if __name__ == "__main__":
    main()
