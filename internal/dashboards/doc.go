// Package dashboards makes the Grafana dashboards of deploy/grafana: they are
// written here as rows of panels, so that queries can be checked and reviewed, and
// generated as JSON.
package dashboards
