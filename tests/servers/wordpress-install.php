<?php
// Run once inside a new WordPress: its tables, three users with application passwords; prints one JSON line.
define('WP_INSTALLING', true);
ob_start();
require 'wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
add_filter('pre_wp_mail', '__return_true'); // nobody gets mail
wp_install('A blog for tests', 'admin', 'admin@example.test', true, '', 'admin login');
$users = [];
foreach (['admin' => 'administrator', 'writer' => 'author', 'contrib' => 'contributor'] as $name => $role) {
    $id = username_exists($name) ?: wp_insert_user([
        'user_login' => $name, 'user_pass' => "$name login", 'user_email' => "$name@example.test", 'role' => $role,
    ]);
    $made = is_wp_error($id) ? $id
        : WP_Application_Passwords::create_new_application_password($id, ['name' => 'Post Desk tests']);
    if (is_wp_error($made)) {
        fwrite(STDERR, $made->get_error_message());
        exit(1);
    }
    $users[$name] = [
        'name' => $name, 'role' => $role, 'id' => (int) $id,
        'app_password' => WP_Application_Passwords::chunk_password($made[0]), 'login_password' => "$name login",
    ];
}
$themes = array_keys(wp_get_themes());
if ($themes && !in_array(get_stylesheet(), $themes, true)) {
    switch_theme(end($themes));
}
ob_end_clean();
echo json_encode(['version' => $GLOBALS['wp_version'], 'users' => $users]), "\n";
