<?php
// What a web server's rewrite rules do for WordPress: files as they are, everything else to its index.php.
// The folder of the site (POSTDESK_PREFIX, "" or "/blog") and whether there are rewrite rules at all (the file
// plain-permalinks beside this one says there are none) come from outside.
$root = $_SERVER['DOCUMENT_ROOT'];
$prefix = getenv('POSTDESK_PREFIX') ?: '';
$path = rawurldecode((string) parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH));
if (str_contains($path, '..')) {
    http_response_code(400);
    return true;
}
$file = $root . $path;
if (is_dir($file) && is_file(rtrim($file, '/') . '/index.php')) {
    $file = rtrim($file, '/') . '/index.php';
}
if (is_file($file) && !str_ends_with($file, '.php')) {
    return false; // the built-in server sends the file itself
}
if (!is_file($file)) {
    if (is_file(__DIR__ . '/plain-permalinks') || !str_starts_with($path, $prefix . '/')) {
        http_response_code(404);
        header('Content-Type: text/html; charset=iso-8859-1');
        echo "<html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>\n";
        return true;
    }
    $file = $root . $prefix . '/index.php';
}
$_SERVER['SCRIPT_FILENAME'] = $file;
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = substr($file, strlen($root));
chdir(dirname($file));
require $file;
