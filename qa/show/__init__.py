"""What is seen of an answer: on a terminal, in Markdown and in JSON.

Owns every character that leaves `qa`; knows nothing of how an answer was made.
"""
