"""From a text to a unit vector, on this machine or by a service.

Owns the models' files, their inference and what embedding may cost; knows nothing of documents or of where vectors are kept.
"""
