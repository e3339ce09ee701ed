"""The demo company's legacy system: a web application as they really are, with a database of its own."""
