using System.Text.Json.Serialization;

namespace Tidemark.Operations.Alerts;

/// <summary>How far the telling of an alert has come.</summary>
public enum AlertState
{
    /// <summary>To be told; tried until the webhook takes it or the time for that is up.</summary>
    [JsonStringEnumMemberName("pending")]
    Pending,

    /// <summary>The webhook has taken it.</summary>
    [JsonStringEnumMemberName("delivered")]
    Delivered,

    /// <summary>The webhook refused it or did not answer for too long; the reason says which.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>Not told, because one of the same model, kind and subject was told shortly before.</summary>
    [JsonStringEnumMemberName("suppressed")]
    Suppressed,

    /// <summary>Not told, because nobody wants to be told of it: no webhook is set, or it is not severe enough.</summary>
    [JsonStringEnumMemberName("recorded")]
    Recorded,
}
