"""Letters as people type them, whatever stands in a text: the one way in which texts and questions are compared.

Imports nothing else of the project but values.
"""
