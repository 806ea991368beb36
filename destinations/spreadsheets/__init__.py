"""Writing workbooks: pages, tables, styles and charts that Excel draws itself."""
