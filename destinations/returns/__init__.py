"""What goes back to a sender: the receipt, and their own workbook annotated."""
