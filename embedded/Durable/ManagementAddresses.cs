using System.Net.Http.Headers;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask.Client;

namespace Tidemark.Embedded;

/// <summary>The addresses of an instance's management routes.</summary>
internal static class ManagementAddresses
{
    public const string Root = "/runtime/webhooks/durabletask";

    public static HttpManagementPayload Of(DurableTaskClient client, string instanceId, HttpRequestData? request)
    {
        var host = client as HubClient;
        string address = (request is null ? host?.HostAddress : AddressOf(request))
            ?? throw new InvalidOperationException(
                "Failed to create HTTP management payload as base URL is null. Either use Functions bindings or provide an HTTP request to create the HttpPayload.");
        return Of($"{address}{Root}/instances/{Uri.EscapeDataString(instanceId)}", host?.RequiredQuery ?? "", instanceId);
    }

    private static HttpManagementPayload Of(string instance, string query, string instanceId) => new()
    {
        Id = instanceId,
        StatusQueryGetUri = With(instance, query),
        PurgeHistoryDeleteUri = With(instance, query),
        SendEventPostUri = With($"{instance}/raiseEvent/{{eventName}}", query),
        TerminatePostUri = With($"{instance}/terminate?reason={{{{text}}}}", query),
        SuspendPostUri = With($"{instance}/suspend?reason={{{{text}}}}", query),
        ResumePostUri = With($"{instance}/resume?reason={{{{text}}}}", query),
    };

    private static string With(string url, string query) => query.Length == 0 ? url : $"{url}{(url.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{query}";

    /// <summary>What the caller sees: the host and scheme that a proxy says it forwarded, else those of the request.</summary>
    private static string AddressOf(HttpRequestData request)
    {
        Dictionary<string, string> forwarded = new(StringComparer.OrdinalIgnoreCase);
        if (First(request, "Forwarded") is { } header)
        {
            foreach (string[] pair in header.Split(';', ',').Select(p => p.Split('=', 2)).Where(p => p.Length == 2))
                forwarded.TryAdd(pair[0].Trim(), pair[1].Trim().Trim('"'));
        }

        string scheme = forwarded.GetValueOrDefault("proto") ?? First(request, "X-Forwarded-Proto") ?? request.Url.Scheme;
        string host = forwarded.GetValueOrDefault("host") ?? First(request, "X-Forwarded-Host") ?? request.Url.Authority;
        return $"{scheme}://{host}";
    }

    private static string? First(HttpRequestData request, string name) =>
        ((HttpHeaders)request.Headers).TryGetValues(name, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;
}
