using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Operations.Alerts;
using Tidemark.Platform.Alerts;
using Tidemark.Platform.Http;
using Tidemark.Tests.Registry;
using Xunit;

namespace Tidemark.Tests.Operations.Alerts;

/// <summary>Which alerts are told, and that each is there once.</summary>
public sealed class AlertIntakeTests(AzuriteFixture azurite)
{
    private readonly FakeClock clock = new();
    private readonly string table = AlertsProcess.NewTable();

    [Fact]
    public async Task The_same_finding_is_one_row_that_counts_repeats_and_is_told_once()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var process = await AlertsProcess.StartAsync(azurite, table, clock, receiver.Address);
        Alert alert = AlertsProcess.Drift();

        await process.TakeAsync(alert, "1");
        await process.TakeAsync(alert with { Detail = "found again", Time = alert.Time.AddMinutes(5) }, "2");
        await process.TakeAsync(alert, "3");
        await process.TakeAsync(alert, "3"); // the queue gives the same message again

        AlertRow row = Assert.Single(await process.RowsAsync());
        Assert.Equal((2, alert.Detail, AlertState.Delivered), (row.Repeats, row.Detail, row.State));
        Assert.Single(receiver.Posts);
    }

    [Fact]
    public async Task Similar_ones_stay_quiet_while_it_cools_down_and_are_told_of_afterwards()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var process = await AlertsProcess.StartAsync(azurite, table, clock, receiver.Address, settings: ("CoolDown", "06:00:00"));
        Alert first = AlertsProcess.Drift(), second = AlertsProcess.Drift(window: "2026-11-20T12"), other = AlertsProcess.Drift(subject: "chol"), later = AlertsProcess.Drift(window: "2026-11-20T17");

        await process.TakeAsync(first, "1");
        clock.Advance(TimeSpan.FromHours(6) - TimeSpan.FromTicks(1));
        await process.TakeAsync(second, "2");
        await process.TakeAsync(other, "3");
        clock.Advance(TimeSpan.FromTicks(1));
        await process.TakeAsync(later, "4");

        Assert.Equal([first.Id, other.Id, later.Id], receiver.Posts.Select(AlertsProcess.IdOf));
        AlertRow quiet = await process.RowAsync(second);
        Assert.Equal((AlertState.Suppressed, first.Id), (quiet.State, quiet.SuppressedBy));
        Assert.Equal(1, (await process.RowAsync(first)).Similar);
    }

    [Fact]
    public async Task A_more_severe_one_is_told_at_once()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var process = await AlertsProcess.StartAsync(azurite, table, clock, receiver.Address);
        Alert[] alerts =
        [
            AlertsProcess.Drift("a", AlertSeverity.Warning), AlertsProcess.Drift("b", AlertSeverity.Critical),
            AlertsProcess.Drift("c", AlertSeverity.Critical), AlertsProcess.Drift("d", AlertSeverity.Warning),
        ];

        foreach (Alert alert in alerts)
            await process.TakeAsync(alert, alert.Window);

        Assert.Equal([alerts[0].Id, alerts[1].Id], receiver.Posts.Select(AlertsProcess.IdOf));
    }

    [Fact]
    public async Task Without_a_webhook_it_is_recorded()
    {
        await using var process = await AlertsProcess.StartAsync(azurite, table, clock, webhook: null);
        await process.TakeAsync(AlertsProcess.Drift(), "1");
        Assert.Equal(AlertState.Recorded, Assert.Single(await process.RowsAsync()).State);
        Assert.Equal(0, await process.DueAsync());
    }

    [Fact]
    public async Task A_model_may_have_a_webhook_a_cool_down_and_a_severity_of_its_own()
    {
        string model = RegistryProcess.NewModel().ToString();
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var process = await AlertsProcess.StartAsync(azurite, table, clock, webhook: null);
        var section = new JsonObject { ["webhook"] = receiver.Address + "/own", ["coolDown"] = "00:00:00", ["least"] = "warning" };
        await process.Monitoring.WriteAsync(model, new() { ["alerts"] = section }, Precondition.Absent, AlertsProcess.Stop);

        await process.TakeAsync(AlertsProcess.Drift("a", AlertSeverity.Info, model: model), "1");
        await process.TakeAsync(AlertsProcess.Drift("b", model: model), "2");
        await process.TakeAsync(AlertsProcess.Drift("c", model: model), "3");
        await process.TakeAsync(AlertsProcess.Drift("d"), "4");

        Assert.Equal(["/own", "/own"], receiver.Posts.Select(p => p.Path));
        Assert.Equal(["a:Recorded", "b:Delivered", "c:Delivered", "d:Recorded"], (await process.RowsAsync()).Select(r => $"{r.Window}:{r.State}").Order());
    }

    [Theory]
    [InlineData("""[]""", "must be an object")]
    [InlineData("""{"webhook": "http://10.0.0.1/"}""", "over https only")]
    [InlineData("""{"webhook": 1}""", "must be an absolute https address")]
    [InlineData("""{"coolDown": "-1"}""", "'coolDown' must be a time")]
    [InlineData("""{"least": "some"}""", "'least' must be info, warning or critical")]
    [InlineData("""{"url": "https://example.com"}""", "knows no 'url'")]
    public void A_section_that_can_not_be_used_says_why(string json, string why)
    {
        var policy = AlertPolicy.Parse(JsonElement.Parse(json), new(null, TimeSpan.Zero, AlertSeverity.Info), WebhookHosts.Parse(""));
        Assert.Contains(why, policy.Failure!.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not JSON", "invalid")]
    [InlineData("null", "null")]
    [InlineData("{\"model\":\"heart\"}", "missing required")]
    [InlineData("{\"model\":\"../etc\",\"kind\":\"k\",\"severity\":\"info\",\"title\":\"t\",\"detail\":\"d\",\"subject\":\"s\",\"window\":\"w\",\"time\":\"2026-11-20T12:00:00Z\"}", "model name")]
    [InlineData("{\"model\":\"heart\",\"kind\":\"k\",\"severity\":\"awful\",\"title\":\"t\",\"detail\":\"d\",\"subject\":\"s\",\"window\":\"w\",\"time\":\"2026-11-20T12:00:00Z\"}", "severity")]
    public async Task What_can_not_be_read_is_kept_shown_and_told(string message, string why)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var process = await AlertsProcess.StartAsync(azurite, table, clock, receiver.Address);

        await process.Intake.TakeAsync(message, "1", AlertsProcess.Stop);
        await process.Intake.TakeAsync(message, "1", AlertsProcess.Stop);

        AlertRow row = Assert.Single(await process.RowsAsync());
        Assert.Equal(("unreadable-alert", message, AlertState.Delivered), (row.Kind, row.Raw, row.State));
        Assert.Contains(why, row.Detail, StringComparison.OrdinalIgnoreCase);
        Assert.Single(receiver.Posts);
    }

    [Fact]
    public async Task Hosts_that_take_the_same_and_similar_ones_at_once_tell_one_of_them()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var one = await AlertsProcess.StartAsync(azurite, table, clock, receiver.Address);
        await using var two = await AlertsProcess.StartAsync(azurite, table, clock, receiver.Address);

        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => (i % 2 == 0 ? one : two).TakeAsync(AlertsProcess.Drift(window: $"w{i / 2}"), $"m{i}")));

        List<AlertRow> rows = await one.RowsAsync();
        Assert.Equal(6, rows.Count);
        Assert.All(rows, row => Assert.Equal(1, row.Repeats));
        AlertRow told = Assert.Single(rows, row => row.State == AlertState.Delivered);
        Assert.Equal(5, told.Similar);
        Assert.Single(receiver.Posts);
    }
}
