using System.Text.Json.Nodes;
using Xunit;

namespace Tidemark.Tests.EndToEnd;

[Collection(SuiteTests.Name)]
public sealed class AuditTests(SuiteFixture running)
{
    [Fact]
    public async Task Each_change_over_HTTP_is_one_row_of_a_chain_that_holds_whatever_came_of_it()
    {
        string model = "m" + Guid.NewGuid().ToString("N");
        await running.Http.ServeHeartAsync(model);
        await running.Http.PromoteAsync(model, "1", seen: null).JsonAsync(412);
        await running.Http.PostJsonAsync($"api/models/{model}/rollback", "{}").JsonAsync(409);
        await running.Http.InferAsync(model).JsonAsync();

        var rows = new List<JsonNode>();
        for (long? from = 1; from is not null;)
        {
            JsonNode page = await running.Http.GetAsync($"api/audit?from={from}&limit=50", TestContext.Current.CancellationToken).JsonAsync();
            rows.AddRange(page["rows"]!.AsArray()!);
            from = (long?)page["next"];
        }

        Assert.Equal(
            [$"RegisterVersion POST /api/models/{model}/versions", $"PutAlias PUT /api/models/{model}/aliases/champion", $"PutAlias PUT /api/models/{model}/aliases/champion", $"RollBack POST /api/models/{model}/rollback"],
            rows.Where(r => ((string)r["subject"]!).Contains(model, StringComparison.Ordinal)).Select(r => $"{r["action"]} {r["subject"]}"));
        JsonNode verdict = await running.Http.GetAsync("api/audit/verify", TestContext.Current.CancellationToken).JsonAsync();
        Assert.True((bool)verdict["intact"]!, verdict.ToJsonString());
    }

    [Theory]
    [InlineData("from=0", "'from' is '0'")]
    [InlineData("limit=1001", "from 1 to 1000")]
    public async Task A_page_that_can_not_be_is_refused(string query, string says) =>
        Assert.Contains(says, (string?)(await running.Http.GetAsync($"api/audit?{query}", TestContext.Current.CancellationToken).JsonAsync(400))["detail"], StringComparison.Ordinal);
}
