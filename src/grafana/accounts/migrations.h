#pragma once
// The tables of this room. A text is never edited once it was shipped: changes are new texts.

#include <string_view>

namespace watchfire::grafana {

inline constexpr std::string_view kAccountsMigrations[] = {
    R"(CREATE TABLE users (
         id INTEGER PRIMARY KEY AUTOINCREMENT,
         uid TEXT NOT NULL UNIQUE,
         login TEXT NOT NULL COLLATE NOCASE UNIQUE,
         email TEXT NOT NULL COLLATE NOCASE,
         name TEXT NOT NULL,
         theme TEXT NOT NULL,
         role INTEGER NOT NULL,
         server_admin INTEGER NOT NULL,
         disabled INTEGER NOT NULL,
         service INTEGER NOT NULL,
         password TEXT NOT NULL,
         salt TEXT NOT NULL,
         default_password INTEGER NOT NULL,
         created INTEGER NOT NULL,
         updated INTEGER NOT NULL,
         last_seen INTEGER NOT NULL);
       CREATE UNIQUE INDEX users_email ON users (email) WHERE email <> '';
       CREATE TABLE user_auth (
         user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
         module TEXT NOT NULL,
         auth_id TEXT NOT NULL,
         PRIMARY KEY (module, auth_id)) WITHOUT ROWID;
       CREATE INDEX user_auth_user ON user_auth (user_id);
       CREATE TABLE sessions (
         id INTEGER PRIMARY KEY AUTOINCREMENT,
         user_id INTEGER NOT NULL,
         token TEXT NOT NULL UNIQUE,
         old_token TEXT NOT NULL,
         token_seen INTEGER NOT NULL,
         created INTEGER NOT NULL,
         seen INTEGER NOT NULL,
         rotated INTEGER NOT NULL,
         client_ip TEXT NOT NULL,
         user_agent TEXT NOT NULL);
       CREATE INDEX sessions_old_token ON sessions (old_token);
       CREATE INDEX sessions_user ON sessions (user_id);
       CREATE TABLE service_tokens (
         id INTEGER PRIMARY KEY AUTOINCREMENT,
         account_id INTEGER NOT NULL,
         name TEXT NOT NULL,
         token TEXT NOT NULL UNIQUE,
         created INTEGER NOT NULL,
         last_used INTEGER NOT NULL,
         expires INTEGER NOT NULL,
         UNIQUE (account_id, name));
       CREATE TABLE preferences (
         user_id INTEGER PRIMARY KEY,
         json TEXT NOT NULL);
       CREATE TABLE stars (
         user_id INTEGER NOT NULL,
         dashboard_uid TEXT NOT NULL,
         PRIMARY KEY (user_id, dashboard_uid)) WITHOUT ROWID;
       CREATE TABLE organisation (name TEXT NOT NULL);
       INSERT INTO organisation VALUES ('Main Org.');)",
};

}  // namespace watchfire::grafana
