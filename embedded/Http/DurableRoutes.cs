using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableTask.Core.Exceptions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Tidemark.Embedded;

/// <summary>The management routes of the genuine extension under <c>/runtime/webhooks/durabletask</c>; they ask for a system key where keys are set.</summary>
/// <remarks>There is no history in the status (<c>showHistory</c>), no rewind and no waiting in the start route.</remarks>
internal sealed class DurableRoutes(HubClient client, DurableStore store, FunctionKeys keys)
{
    private const string OneInstance = ManagementAddresses.Root + "/instances/{instanceId}";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(OneInstance, Guarded(StatusAsync));
        routes.MapGet(ManagementAddresses.Root + "/instances", Guarded(QueryAsync));
        routes.MapDelete(OneInstance, Guarded(async (http, id) => await PurgedAsync(http, await client.PurgeInstanceAsync(id, http.RequestAborted))));
        routes.MapDelete(ManagementAddresses.Root + "/instances", Guarded(PurgeAsync));
        routes.MapPost(OneInstance + "/raiseEvent/{eventName}", Guarded(RaiseAsync));
        routes.MapPost(OneInstance + "/terminate", Guarded((http, id) => SteerAsync(http, id, reason => client.TerminateInstanceAsync(id, (object?)reason, http.RequestAborted))));
        routes.MapPost(OneInstance + "/suspend", Guarded((http, id) => SteerAsync(http, id, reason => client.SuspendInstanceAsync(id, reason, http.RequestAborted))));
        routes.MapPost(OneInstance + "/resume", Guarded((http, id) => SteerAsync(http, id, reason => client.ResumeInstanceAsync(id, reason, http.RequestAborted))));
        routes.MapPost(OneInstance + "/restart", Guarded(RestartAsync));
        routes.MapPost(ManagementAddresses.Root + "/orchestrators/{functionName}/{instanceId?}", Guarded(StartAsync));
    }

    /// <summary>401 without a good key, 400 for an identifier or value that can't be.</summary>
    private RequestDelegate Guarded(Func<HttpContext, string, Task> handle) => async http =>
    {
        if (!keys.Accept(http.Request, AuthorizationLevel.System, null))
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        try
        {
            string id = (string?)http.Request.RouteValues["instanceId"] ?? "";
            if (id.Length > 0) InstanceIds.ThrowIfBad(id, "instanceId");
            await handle(http, id);
        }
        catch (Exception wrong) when (wrong is ArgumentException or FormatException or JsonException)
        {
            await RefuseAsync(http, StatusCodes.Status400BadRequest, wrong.Message);
        }
    };

    private RequestDelegate Guarded(Func<HttpContext, Task> handle) => Guarded((http, _) => handle(http));

    private async Task StatusAsync(HttpContext http, string id)
    {
        if (await client.GetInstanceAsync(id, getInputsAndOutputs: true, http.RequestAborted) is not { } found)
        {
            await RefuseAsync(http, StatusCodes.Status404NotFound, $"There is no instance '{id}'.");
            return;
        }

        bool failed = found.RuntimeStatus == OrchestrationRuntimeStatus.Failed && Flag(http, "returnInternalServerErrorOnFailure", false);
        if (!found.IsCompleted) http.Response.Headers.Location = http.Request.GetEncodedUrl();
        http.Response.StatusCode = !found.IsCompleted ? StatusCodes.Status202Accepted : failed ? StatusCodes.Status500InternalServerError : StatusCodes.Status200OK;
        await http.Response.WriteAsJsonAsync(Describe(found, Flag(http, "showInput", true)), http.RequestAborted);
    }

    private async Task QueryAsync(HttpContext http)
    {
        IQueryCollection query = http.Request.Query;
        int size = query["top"].FirstOrDefault() is { Length: > 0 } top ? int.Parse(top, CultureInfo.InvariantCulture) : OrchestrationQuery.DefaultPageSize;
        OrchestrationQuery filter = new(
            Time(query, "createdTimeFrom"), Time(query, "createdTimeTo"), Statuses(query), null, query["instanceIdPrefix"].FirstOrDefault(), size, true,
            http.Request.Headers["x-ms-continuation-token"].FirstOrDefault());
        JsonArray all = [];
        await foreach (Page<OrchestrationMetadata> page in client.GetAllInstancesAsync(filter).AsPages().WithCancellation(http.RequestAborted))
        {
            foreach (OrchestrationMetadata found in page.Values) all.Add(Describe(found, Flag(http, "showInput", true)));
            if (page.ContinuationToken is { } next) http.Response.Headers["x-ms-continuation-token"] = next;
            break;
        }

        await http.Response.WriteAsJsonAsync(all, http.RequestAborted);
    }

    private async Task PurgeAsync(HttpContext http)
    {
        IQueryCollection query = http.Request.Query;
        DateTimeOffset from = Time(query, "createdTimeFrom") ?? throw new FormatException("createdTimeFrom is missing; give the time from which on instances are purged.");
        await PurgedAsync(http, await client.PurgeAllInstancesAsync(new(from, Time(query, "createdTimeTo"), Statuses(query)), http.RequestAborted));
    }

    private static Task PurgedAsync(HttpContext http, PurgeResult purged)
    {
        http.Response.StatusCode = purged.PurgedInstanceCount > 0 ? StatusCodes.Status200OK : StatusCodes.Status404NotFound;
        return http.Response.WriteAsJsonAsync(new { instancesDeleted = purged.PurgedInstanceCount }, http.RequestAborted);
    }

    private async Task RaiseAsync(HttpContext http, string id)
    {
        JsonElement? payload = await BodyAsync(http);
        await SteerAsync(http, id, _ => client.RaiseEventAsync(id, (string)http.Request.RouteValues["eventName"]!, payload, http.RequestAborted));
    }

    /// <summary>202; 404 for an unknown instance, 410 for one that has ended.</summary>
    private async Task SteerAsync(HttpContext http, string id, Func<string?, Task> steer)
    {
        await store.CreateAsync(http.RequestAborted);
        InstanceRow? row = await store.FindAsync(id, http.RequestAborted);
        if (row is not { HasEnded: false })
        {
            int status = row is null ? StatusCodes.Status404NotFound : StatusCodes.Status410Gone;
            await RefuseAsync(http, status, row is null ? $"There is no instance '{id}'." : $"Instance '{id}' has ended: {row.Status}.");
            return;
        }

        await steer(http.Request.Query["reason"].FirstOrDefault());
        http.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private async Task RestartAsync(HttpContext http, string id)
    {
        if (await client.GetInstanceAsync(id, http.RequestAborted) is null)
        {
            await RefuseAsync(http, StatusCodes.Status404NotFound, $"There is no instance '{id}'.");
            return;
        }

        await StartedAsync(http, () => client.RestartAsync(id, Flag(http, "restartWithNewInstanceId", true), http.RequestAborted));
    }

    private async Task StartAsync(HttpContext http, string id)
    {
        JsonElement? input = await BodyAsync(http);
        StartOrchestrationOptions options = new(id.Length == 0 ? null : id);
        await StartedAsync(http, () => client.ScheduleNewOrchestrationInstanceAsync((string)http.Request.RouteValues["functionName"]!, input, options, http.RequestAborted));
    }

    private async Task StartedAsync(HttpContext http, Func<Task<string>> start)
    {
        try
        {
            HttpManagementPayload addresses = client.CreateHttpManagementPayload(await start());
            http.Response.StatusCode = StatusCodes.Status202Accepted;
            http.Response.Headers.Location = addresses.StatusQueryGetUri;
            await http.Response.WriteAsJsonAsync(addresses, http.RequestAborted);
        }
        catch (InvalidOperationException running) when (running is OrchestrationAlreadyExistsException || running.GetType() == typeof(InvalidOperationException))
        {
            await RefuseAsync(http, StatusCodes.Status409Conflict, running.Message);
        }
    }

    private static JsonObject Describe(OrchestrationMetadata found, bool showInput) => new()
    {
        ["name"] = found.Name,
        ["instanceId"] = found.InstanceId,
        ["runtimeStatus"] = found.RuntimeStatus.ToString(),
        ["input"] = showInput ? Node(found.SerializedInput) : null,
        ["customStatus"] = Node(found.SerializedCustomStatus),
        ["output"] = Node(found.SerializedOutput),
        ["createdTime"] = found.CreatedAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
        ["lastUpdatedTime"] = found.LastUpdatedAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
    };

    /// <summary>JSON as JSON, any other text (the message of a failure) as text.</summary>
    private static JsonNode? Node(string? text)
    {
        try
        {
            return text is null ? null : JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }

    private static async Task<JsonElement?> BodyAsync(HttpContext http)
    {
        using MemoryStream body = new();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        if (body.Length == 0) return null;
        using JsonDocument json = JsonDocument.Parse(body.ToArray());
        return json.RootElement.Clone();
    }

    private static DateTimeOffset? Time(IQueryCollection query, string name) => query[name].FirstOrDefault() is { Length: > 0 } text
        ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)
        : null;

    private static List<OrchestrationRuntimeStatus>? Statuses(IQueryCollection query) => query["runtimeStatus"].FirstOrDefault() is { Length: > 0 } text
        ? [.. text.Split(',', StringSplitOptions.TrimEntries).Select(s => Enum.Parse<OrchestrationRuntimeStatus>(s, ignoreCase: true))]
        : null;

    private static bool Flag(HttpContext http, string name, bool otherwise) => http.Request.Query[name].FirstOrDefault() is { Length: > 0 } text ? bool.Parse(text) : otherwise;

    private static Task RefuseAsync(HttpContext http, int status, string message)
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsJsonAsync(new { Message = message }, http.RequestAborted);
    }
}
