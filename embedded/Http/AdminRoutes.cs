using System.Text.Json;
using Azure.Storage.Queues.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Hosting;

namespace Tidemark.Embedded;

/// <summary>The routes under <c>/admin</c> that Core Tools offers: fire a function by hand, ask how the host is.</summary>
internal sealed class AdminRoutes(FunctionCatalog catalog, FunctionExecutor executor, FunctionKeys keys, IHostApplicationLifetime lifetime, TimeProvider clock)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/admin/functions/{name}", (RequestDelegate)FireAsync);
        routes.MapGet("/admin/host/status", (RequestDelegate)StatusAsync);
    }

    /// <summary>202 and the function runs in the background; 404 for an unknown name, 400 for one with an HTTP trigger or a bad body.</summary>
    private async Task FireAsync(HttpContext http)
    {
        if (!Allowed(http))
            return;
        string name = (string)http.Request.RouteValues["name"]!;
        if (catalog.Find(name) is not { } function)
        {
            await AnswerAsync(http, StatusCodes.Status404NotFound, $"There is no function '{name}'.");
            return;
        }
        if (function.Trigger is OrchestrationTriggerAttribute or ActivityTriggerAttribute)
        {
            await AnswerAsync(http, StatusCodes.Status400BadRequest, $"Function '{name}' is part of an orchestration; start one by POST {ManagementAddresses.Root}/orchestrators/{{name}}.");
            return;
        }
        if (function.Trigger is HttpTriggerAttribute)
        {
            await AnswerAsync(http, StatusCodes.Status400BadRequest, $"Function '{name}' has an HTTP trigger; call its route.");
            return;
        }

        try
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
            TriggerInput input = InputOf(function, ReadInput(body.ToArray()));
            _ = Task.Run(() => executor.InvokeAsync(function, input, lifetime.ApplicationStopping), CancellationToken.None);
            http.Response.StatusCode = StatusCodes.Status202Accepted;
        }
        catch (JsonException error)
        {
            await AnswerAsync(http, StatusCodes.Status400BadRequest, $"The body must be JSON such as {{\"input\": \"text\"}}: {error.Message}");
        }
    }

    private Task StatusAsync(HttpContext http) => Allowed(http)
        ? http.Response.WriteAsJsonAsync(new { state = "Running", processId = Environment.ProcessId, functions = catalog.Functions.Count })
        : Task.CompletedTask;

    private bool Allowed(HttpContext http)
    {
        bool allowed = keys.Accept(http.Request, AuthorizationLevel.Admin, null);
        if (!allowed)
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return allowed;
    }

    /// <summary>The value under <c>input</c>: text as it is, anything else as JSON text; empty where there is none.</summary>
    public static string ReadInput(ReadOnlyMemory<byte> json)
    {
        if (json.IsEmpty)
            return "";
        using JsonDocument body = JsonDocument.Parse(json);
        if (body.RootElement.ValueKind != JsonValueKind.Object || !body.RootElement.TryGetProperty("input", out JsonElement input))
            return "";
        return input.ValueKind == JsonValueKind.String ? input.GetString()! : input.GetRawText();
    }

    private TriggerInput InputOf(FunctionEntry function, string input) => function.Trigger switch
    {
        QueueTriggerAttribute => new TriggerInput(MessageOf(input), new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase) { ["QueueTrigger"] = input }),
        _ => new TriggerInput(new TimerInfo(), new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase)),
    };

    private QueueMessage MessageOf(string input) =>
        QueuesModelFactory.QueueMessage(Guid.NewGuid().ToString(), "", BinaryData.FromString(input), 1, insertedOn: clock.GetUtcNow());

    private static Task AnswerAsync(HttpContext http, int status, string text)
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsync(text);
    }
}
