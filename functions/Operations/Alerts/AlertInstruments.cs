using System.Diagnostics.Metrics;

namespace Tidemark.Operations.Alerts;

/// <summary>Metrics of alerts (meter <c>Tidemark.Alerts</c>).</summary>
public sealed class AlertInstruments
{
    public const string MeterName = "Tidemark.Alerts";

    private readonly Counter<long> raised;
    private readonly Counter<long> repeated;
    private readonly Counter<long> ended;
    private readonly Histogram<double> post;
    private int waiting;

    public AlertInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        raised = meter.CreateCounter<long>("tidemark.alerts.raised", "{alert}", "Alerts by model, kind, severity and whether they are told");
        repeated = meter.CreateCounter<long>("tidemark.alerts.repeated", "{alert}", "Alerts that were found again, by model and kind");
        ended = meter.CreateCounter<long>("tidemark.alerts.ended", "{alert}", "Alerts that their webhook took (delivered) or did not (failed)");
        post = meter.CreateHistogram<double>("tidemark.alerts.post.duration", "s", "Time of a post to a webhook");
        meter.CreateObservableGauge("tidemark.alerts.waiting", () => Volatile.Read(ref waiting), "{alert}", "Alerts that the last sweep of the outbox found due");
    }

    public void Raised(AlertRow alert) => raised.Add(1, Model(alert), Kind(alert), new("severity", alert.Severity.ToString().ToLowerInvariant()), State(alert));

    public void Repeated(AlertRow alert) => repeated.Add(1, Model(alert), Kind(alert));

    public void Ended(AlertRow alert) => ended.Add(1, Model(alert), State(alert));

    public void Posted(TimeSpan duration) => post.Record(duration.TotalSeconds);

    public void Waiting(int alerts) => Volatile.Write(ref waiting, alerts);

    private static KeyValuePair<string, object?> Model(AlertRow alert) => new("model", alert.Model);

    private static KeyValuePair<string, object?> Kind(AlertRow alert) => new("kind", alert.Kind);

    private static KeyValuePair<string, object?> State(AlertRow alert) => new("state", alert.State.ToString().ToLowerInvariant());
}
