"""A language model that is asked about scenes: any server with the chat completions of OpenAI's API."""
