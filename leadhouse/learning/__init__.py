"""Learning: from a training set to rows of `lead_models`. Knows nothing of dbt.

`data` reads the training set, `training` fits, `calibration` makes probabilities of margins,
`trees` and `graph` make one ONNX graph of it all, `certificate` proves that the graph says what
the model says, and `models` writes the rows.
"""
