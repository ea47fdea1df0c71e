using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace Tidemark.Tests.Embedded.Durable;

/// <summary>Durable clients in HTTP functions, and the management routes.</summary>
public sealed class RouteTests(AzuriteFixture azurite)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Check_status_answer_leads_to_the_result()
    {
        await using Hub hub = await Hub.StartAsync(azurite, typeof(Starters));
        HttpClient http = hub.Host.Http;

        using HttpResponseMessage started = await http.PostAsync("/api/start", null, Stop);
        JsonElement addresses = await started.Content.ReadFromJsonAsync<JsonElement>(Stop);

        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        string id = addresses.GetProperty("Id").GetString()!;
        Assert.Equal($"http://127.0.0.1:{hub.Host.Port}/runtime/webhooks/durabletask/instances/{id}", addresses.GetProperty("StatusQueryGetUri").GetString());
        Assert.Equal(addresses.GetProperty("StatusQueryGetUri").GetString(), started.Headers.Location!.OriginalString);
        await hub.StatusAsync(id, "waits");
        using HttpResponseMessage running = await http.GetAsync(started.Headers.Location, Stop);
        Assert.Equal(HttpStatusCode.Accepted, running.StatusCode);

        string raise = addresses.GetProperty("SendEventPostUri").GetString()!.Replace("{eventName}", "go", StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await http.PostAsync(raise, Json("no JSON"), Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await http.PostAsync(raise, Json("\"on\""), Stop)).StatusCode);
        await hub.EndAsync(id);

        using HttpResponseMessage ended = await http.GetAsync(started.Headers.Location, Stop);
        JsonElement status = await ended.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.Equal(HttpStatusCode.OK, ended.StatusCode);
        Assert.Equal(
            ("Completed", "Wait", "waits", "went on", """{"Name":"x"}"""),
            (Text(status, "runtimeStatus"), Text(status, "name"), Text(status, "customStatus"), Text(status, "output"), status.GetProperty("input").GetRawText()));
        Assert.Equal(HttpStatusCode.Gone, (await http.PostAsync(raise, Json("1"), Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.DeleteAsync(started.Headers.Location, Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(started.Headers.Location, Stop)).StatusCode);
    }

    [Fact]
    public async Task Addresses_come_as_an_object_too_and_follow_what_a_proxy_forwards()
    {
        await using Hub hub = await Hub.StartAsync(azurite, typeof(Starters));

        JsonElement own = await hub.Host.Http.GetFromJsonAsync<JsonElement>("/api/addresses", Stop);
        using HttpRequestMessage proxied = new(HttpMethod.Post, "/api/start") { Headers = { { "X-Forwarded-Proto", "https" }, { "X-Forwarded-Host", "models.example" } } };
        using HttpResponseMessage answer = await hub.Host.Http.SendAsync(proxied, Stop);

        Assert.Equal($"http://127.0.0.1:{hub.Host.Port}/runtime/webhooks/durabletask/instances/a%20b/terminate?reason={{{{text}}}}", Text(own, "terminatePostUri"));
        Assert.StartsWith("https://models.example/runtime/webhooks/durabletask/instances/", answer.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Routes_start_suspend_resume_terminate_list_and_purge()
    {
        await using Hub hub = await Hub.StartAsync(azurite, typeof(Starters));
        HttpClient http = hub.Host.Http;
        const string Root = "/runtime/webhooks/durabletask";

        Assert.Equal(HttpStatusCode.Accepted, (await http.PostAsync($"{Root}/orchestrators/Wait/one", Json("""{"Name":"x"}"""), Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await http.PostAsync($"{Root}/orchestrators/Wait/one", null, Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await http.PostAsync($"{Root}/orchestrators/Nowhere", null, Stop)).StatusCode);
        await hub.StatusAsync("one", "waits");
        Assert.Equal(HttpStatusCode.Accepted, (await http.PostAsync($"{Root}/instances/one/suspend?reason=tea", null, Stop)).StatusCode);
        await Eventually.IsAsync(async () => (await http.GetStringAsync($"{Root}/instances/one", Stop)).Contains("\"Suspended\"", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.Accepted, (await http.PostAsync($"{Root}/instances/one/resume", null, Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await http.PostAsync($"{Root}/instances/one/terminate?reason=enough", null, Stop)).StatusCode);
        Assert.Equal("enough", (await hub.EndAsync("one")).ReadOutputAs<string>());

        JsonElement list = await http.GetFromJsonAsync<JsonElement>($"{Root}/instances?runtimeStatus=Terminated,Failed&top=10", Stop);
        Assert.Equal("one", Text(Assert.Single(list.EnumerateArray().ToArray()), "instanceId"));
        Assert.Equal(HttpStatusCode.BadRequest, (await http.GetAsync($"{Root}/instances?runtimeStatus=Dead", Stop)).StatusCode);
        using HttpResponseMessage purged = await http.DeleteAsync($"{Root}/instances?createdTimeFrom=2020-01-01T00:00:00Z", Stop);
        Assert.Equal(1, (await purged.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("instancesDeleted").GetInt32());
        Assert.Equal(HttpStatusCode.NotFound, (await http.PostAsync($"{Root}/instances/one/terminate", null, Stop)).StatusCode);
    }

    [Fact]
    public async Task Routes_ask_for_the_system_key_where_keys_are_set()
    {
        await using RunningHost host = await RunningHost.StartAsync(
            [typeof(Starters)], null, $$"""{ "version": "2.0", "extensions": { "durableTask": { "hubName": "{{Hub.NewName()}}" } } }""",
            ("AzureWebJobsStorage", azurite.ConnectionString), ("FunctionKeys:system:durabletask_extension", "se&cret"), ("FunctionKeys:Addresses:x", "own"));

        string terminate = Text(await host.Http.GetFromJsonAsync<JsonElement>("/api/addresses?code=own", Stop), "terminatePostUri");

        Assert.EndsWith("?reason={{text}}&code=se%26cret", terminate, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Http.PostAsync(terminate, null, Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.Http.PostAsync(terminate.Replace("se%26cret", "guess", StringComparison.Ordinal), null, Stop)).StatusCode);
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    public sealed record Input(string Name);

    public sealed class Starters
    {
        [Function(nameof(Start))]
        public async Task<HttpResponseData> Start(
            [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "start")] HttpRequestData request, [DurableClient] DurableTaskClient client)
        {
            string id = await client.ScheduleNewOrchestrationInstanceAsync(nameof(Wait), new Input("x"), Stop);
            return await client.CreateCheckStatusResponseAsync(request, id, Stop);
        }

        [Function(nameof(Addresses))]
        public IActionResult Addresses(
            [HttpTrigger(AuthorizationLevel.Function, "get", Route = "addresses")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
            new OkObjectResult(client.CreateHttpManagementPayload("a b"));

        [Function(nameof(Wait))]
        public static async Task<string> Wait([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            context.SetCustomStatus("waits");
            return $"went {await context.WaitForExternalEvent<string>("go")}";
        }
    }
}
