using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Platform.Errors;
using Tidemark.Retraining.Policies;
using Xunit;

namespace Tidemark.Tests.Retraining;

public sealed class PolicyReaderTests
{
    private const string Least = """{"training": {"task": "binary", "label": {"column": "fails"}, "features": [{"name": "heat", "type": "numeric"}]}}""";

    [Fact]
    public void The_least_policy_says_what_to_train_and_the_rest_has_defaults()
    {
        RetrainingPolicy policy = Read(Least).Value!;

        Assert.Equal((TimeSpan.FromDays(1), DataSourceKind.Log, true, false), (policy.CoolDown, policy.Data.Source, policy.Triggers.Drift, policy.Approval.Required));
        Assert.Equal((600, 60), (policy.Budget.MinutesAMonth, policy.Budget.MinutesARun));
        Assert.Equal("datasets/x.csv", policy.Spec("datasets/x.csv", null).Value!.Dataset.Blob);
    }

    [Theory]
    [InlineData("coolDown", "\"soon\"", "coolDown", "\"soon\"", "d.hh:mm:ss")]
    [InlineData("coolDown", "\"-1.00:00:00\"", "coolDown", "-1.00:00:00", "outside")]
    [InlineData("colDown", "\"1.00:00:00\"", "colDown", "is not known", "coolDown")]
    [InlineData("triggers", """{"cron": "0 25 * * *"}""", "triggers.cron", "'25' is no hour", "0 3 * * 1")]
    [InlineData("triggers", """{"drfit": true}""", "triggers.drfit", "is not known", "drift")]
    [InlineData("budget", """{"minutesAMonth": 10, "minutesARun": 60}""", "budget.minutesAMonth", "10", "no run would ever begin")]
    [InlineData("budget", """{"minutesARun": "much"}""", "budget.minutesARun", "\"much\"", "docs/retraining.md")]
    [InlineData("data", """{"source": "both"}""", "data.blob", "is missing", "datasets/history.csv")]
    [InlineData("data", """{"source": "blob", "blob": "secrets/all.csv"}""", "data.blob", "secrets/all.csv", "container/path")]
    [InlineData("data", """{"leastRows": 3}""", "data.leastRows", "3", "less than 20")]
    [InlineData("compute", "\"moon\"", "compute", "'moon'", "local, container-apps, external")]
    [InlineData("gates", """{"margin": 2}""", "gates.margin", "2", "0 to 1")]
    [InlineData("gates", """{"magrin": 0}""", "gates.magrin", "is not known", "margin")]
    [InlineData("approval", """{"required": true, "deadline": "00:00:00"}""", "approval.deadline", "00:00:00", "outside")]
    [InlineData("watch", """{"mostShift": 0}""", "watch.mostShift", "0", "outside")]
    public void What_is_wrong_is_told_with_field_value_and_remedy(string field, string value, string at, string shown, string remedy)
    {
        JsonObject body = JsonNode.Parse(Least)!.AsObject();
        body[field] = JsonNode.Parse(value);

        Failure failure = Read(body.ToJsonString()).Failure!;

        FieldError error = Assert.Single(failure.Errors);
        Assert.Equal(at, error.Field);
        Assert.Contains(shown, error.Detail, StringComparison.Ordinal);
        Assert.Contains(remedy, error.Detail, StringComparison.Ordinal);
        Assert.Equal(FailureKind.Malformed, failure.Kind);
    }

    [Theory]
    [InlineData("""{"training": {"task": "binary", "label": {"column": "fails"}, "features": []}}""", "training.features")]
    [InlineData("""{"training": {"contract": 1, "task": "binary", "label": {"column": "fails"}, "features": [{"name": "heat", "type": "numeric"}]}}""", "training.contract")]
    [InlineData("""{"training": {"task": "bnary"}}""", "training")]
    [InlineData("""{"training": 3}""", "training")]
    public void What_is_to_be_trained_is_held_to_the_training_contract(string body, string at) =>
        Assert.Contains(Read(body).Failure!.Errors, e => e.Field == at);

    [Fact]
    public void Every_fault_is_told_at_once() =>
        Assert.Equal(["data.days", "watch.leastRows", "coolDown"], Read("""{"coolDown": "-00:00:01", "data": {"days": 0}, "watch": {"leastRows": 1}, """ + Least[1..]).Failure!.Errors.Select(e => e.Field));

    private static Outcome<RetrainingPolicy> Read(string json) => PolicyReader.Read(JsonSerializer.Deserialize<JsonElement>(json));
}
