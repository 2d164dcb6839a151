"""Pictures: pure functions from results of the library to Plotly figures and small SVGs."""
