//! Statistics over HTTP: their form, their groups, series without holes, and what is refused.

use crate::server::{Server, record_with};
use epilogue_collector::KeyScope;
use serde_json::{Value, json};

/// A server with a few records, and a key that reads them.
async fn filled() -> (Server, String) {
    let server = Server::start().await;
    let key = server.key("demo", KeyScope::Ingest).await;
    let run = |at: &str, status: &str, more: &Value| {
        let mut fields =
            json!({"executed_at": at, "status": status, "execution_time_seconds": 2.0});
        for (name, value) in more.as_object().unwrap() {
            fields[name] = value.clone();
        }
        record_with("demo", &fields)
    };
    let cost = |cost: f64| json!({"overall_confidence": 0.5, "cost": cost, "input_tokens": 7});
    let records = json!([
        run(
            "2026-01-31T10:10:00.000Z",
            "SUCCESS",
            &json!({"metrics": cost(1.0), "currency": "USD"})
        ),
        run(
            "2026-01-31T10:50:00.000Z",
            "SUCCESS",
            &json!({"metrics": cost(0.25), "currency": "USD"})
        ),
        run(
            "2026-01-31T13:05:00.000Z",
            "FAILED",
            &json!({"metrics": cost(3.0), "currency": "EUR"})
        ),
        run("2026-01-31T13:15:00.000Z", "ESCALATED", &json!({"metrics": cost(0.5)})),
        run("2026-02-01T00:00:00.000Z", "SUCCESS", &json!({"category": null, "metrics": null})),
    ]);
    let (status, answer) = server.post(&key, records.to_string()).await;
    assert_eq!((status.as_u16(), &answer["accepted"]), (200, &json!(5)), "{answer}");
    let read = server.key("demo", KeyScope::Read).await;
    (server, read)
}

#[tokio::test]
async fn the_total_tells_everything() {
    let (server, key) = filled().await;
    let (code, mut stats) = server.get(&key, "/v1/stats").await;
    assert_eq!(code, 200, "{stats}");
    for percentile in ["p50_seconds", "p95_seconds"] {
        let told = stats["total"].as_object_mut().unwrap().remove(percentile).unwrap();
        assert!((told.as_f64().unwrap() / 2.0 - 1.0).abs() < 0.026, "{percentile}: {told}");
    }
    assert_eq!(
        stats,
        json!({
            "total": {
                "records": 5, "outcomes": {"ok": 3, "failed": 1, "open": 1}, "success_rate": 0.75,
                "error_count": 0, "average_seconds": 2.0, "average_confidence": 0.5,
                "input_tokens": 28, "output_tokens": 0,
                "cost": {"USD": 1.25, "EUR": 3.0, "": 0.5},
            },
            "groups": [], "groups_left_out": 0,
        })
    );
}

#[tokio::test]
async fn what_cannot_be_told_of_none_is_left_out() {
    let (server, key) = filled().await;
    let (_, stats) = server.get(&key, "/v1/stats?status=nothing").await;
    let none = json!({
        "records": 0, "outcomes": {"ok": 0, "failed": 0, "open": 0}, "error_count": 0,
        "input_tokens": 0, "output_tokens": 0, "cost": {},
    });
    assert_eq!(stats["total"], none);
}

/// Names and numbers of the groups.
fn told(stats: &Value, names: &[&str]) -> Vec<String> {
    let line = |group: &Value| {
        let names = names.iter().map(|name| group[*name].as_str().unwrap().to_owned());
        let mut line: Vec<_> = names.collect();
        line.push(group["records"].to_string());
        line.join(" ")
    };
    stats["groups"].as_array().unwrap().iter().map(line).collect()
}

#[tokio::test]
async fn groups_come_with_the_largest_first() {
    let (server, key) = filled().await;
    for (query, names, expected, left_out) in [
        ("group_by=status", &["status"][..], &["SUCCESS 3", "ESCALATED 1", "FAILED 1"][..], 0),
        ("group_by=status&limit=1", &["status"], &["SUCCESS 3"], 2),
        ("group_by=category", &["category"], &["PRODUCT_SUPPORT 4", " 1"], 0),
        (
            "group_by=kind,outcome&until=2026-02-01T00:00:00Z",
            &["kind", "outcome"],
            &["workflow ok 2", "workflow failed 1", "workflow open 1"],
            0,
        ),
        (
            "group_by=outcome&since=2026-01-31T10:30:00Z&until=2026-01-31T13:10:00Z",
            &["outcome"],
            &["failed 1", "ok 1"],
            0,
        ),
        ("group_by=client_id&outcome=ok", &["client_id"], &["demo 3"], 0),
        ("group_by=client_id&client_id=demo", &["client_id"], &["demo 5"], 0),
        ("group_by=client_id&client_id=another", &["client_id"], &[], 0),
    ] {
        let (code, stats) = server.get(&key, &format!("/v1/stats?{query}")).await;
        assert_eq!(code, 200, "{query}: {stats}");
        assert_eq!(told(&stats, names), expected, "{query}");
        assert_eq!(stats["groups_left_out"], left_out, "{query}");
    }
}

#[tokio::test]
async fn a_series_has_no_holes() {
    let (server, key) = filled().await;
    let period = "since=2026-01-31T10:30:00Z&until=2026-01-31T13:10:00Z";
    let path = format!("/v1/stats/series?bucket=hour&group_by=outcome&{period}");
    let (status, series) = server.get(&key, &path).await;
    assert_eq!(status, 200, "{series}");
    assert_eq!(series["since"], "2026-01-31T10:30:00.000Z");
    let points = |of: &Value| -> Vec<String> {
        let points = of["points"].as_array().unwrap().iter();
        points
            .map(|it| format!("{} {}", &it["start"].as_str().unwrap()[11..16], it["records"]))
            .collect()
    };
    assert_eq!(points(&series), ["10:00 1", "11:00 0", "12:00 0", "13:00 1"]);
    let groups = series["groups"].as_array().unwrap();
    let outcomes: Vec<_> = groups.iter().map(|it| it["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["failed", "ok"]);
    assert_eq!(points(&groups[0]), ["10:00 0", "11:00 0", "12:00 0", "13:00 1"]);
}

#[tokio::test]
async fn months_are_those_of_the_calendar_and_the_default_is_the_last_year() {
    let (server, key) = filled().await;
    let path =
        "/v1/stats/series?bucket=month&since=2026-01-15T00:00:00Z&until=2026-03-02T00:00:00Z";
    let (_, series) = server.get(&key, path).await;
    let records: Vec<_> = series["points"].as_array().unwrap().iter().collect();
    let records: Vec<_> = records.iter().map(|it| (&it["start"], &it["records"])).collect();
    let start = |month| json!(format!("2026-0{month}-01T00:00:00.000Z"));
    assert_eq!(records, [(&start(1), &json!(4)), (&start(2), &json!(1)), (&start(3), &json!(0))]);
    for (bucket, points) in [("hour", 24), ("day", 30), ("week", 26), ("month", 12)] {
        let (_, series) = server.get(&key, &format!("/v1/stats/series?bucket={bucket}")).await;
        assert_eq!(series["points"].as_array().unwrap().len(), points, "{bucket}");
    }
}

#[tokio::test]
async fn wrong_parameters_are_refused() {
    let (server, key) = filled().await;
    for query in [
        "stats?bucket=hour",
        "stats?unknown=1",
        "stats?kind=unknown",
        "stats?outcome=unknown",
        "stats?category=",
        "stats?client_id=",
        "stats?group_by=",
        "stats?group_by=kind,",
        "stats?group_by=ticket_id",
        "stats?group_by=kind,kind",
        "stats?group_by=kind&group_by=status",
        "stats?limit=0",
        "stats?limit=1001",
        "stats?limit=x",
        "stats?since=yesterday",
        "stats?since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z",
        "stats?since=2026-01-02T00:00:00Z&until=2026-01-02T00:00:00Z",
        "stats/series",
        "stats/series?bucket=minute",
        "stats/series?bucket=hour&until=1970-01-01T00:00:00Z",
        "stats/series?bucket=hour&since=1970-01-01T00:00:00Z",
        "stats/series?bucket=hour&since=2026-01-01T00:00:00Z&until=9999-12-31T23:59:59Z",
        "stats/series?bucket=day&group_by=kind&limit=400",
    ] {
        let (status, answer) = server.get(&key, &format!("/v1/{query}")).await;
        assert_eq!(status, 400, "{query}: {answer}");
        assert_eq!(answer["error"]["code"], "bad_parameter", "{query}");
    }
}

#[tokio::test]
async fn statistics_are_for_readers() {
    let (server, _) = filled().await;
    let (ingest, other, all) = (
        server.key("demo", KeyScope::Ingest).await,
        server.key("other", KeyScope::Read).await,
        server.key("p", KeyScope::Provider).await,
    );
    for path in [
        "/v1/stats?kind=workflow",
        "/v1/stats/series?bucket=month&kind=workflow&since=2026-01-01T00:00:00Z",
    ] {
        assert_eq!(server.get("unknown", path).await.0, 401);
        assert_eq!(server.get(&ingest, path).await.0, 403);
        for (key, records) in [(&other, 0), (&all, 5)] {
            let (_, answer) = server.get(key, path).await;
            let told = match answer["points"].as_array() {
                Some(points) => points.iter().map(|it| it["records"].as_u64().unwrap()).sum(),
                None => answer["total"]["records"].as_u64().unwrap(),
            };
            assert_eq!(told, records, "{path}");
        }
    }
}
