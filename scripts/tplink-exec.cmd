@py "%~dp0tplink-exec" %*
