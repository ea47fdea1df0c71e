using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Starts the function with an HTTP request.</summary>
public sealed class HttpTriggerAttribute : TriggerBindingAttribute
{
    public HttpTriggerAttribute()
        : this(AuthorizationLevel.Function)
    {
    }

    public HttpTriggerAttribute(AuthorizationLevel authLevel)
    {
        AuthLevel = authLevel;
        HostAuthLevel = authLevel;
    }

    /// <summary>Any of these methods starts the function; the host asks for a key of level Function.</summary>
    public HttpTriggerAttribute(params string[] methods) => Methods = methods;

    public HttpTriggerAttribute(AuthorizationLevel authLevel, params string[] methods)
        : this(authLevel) => Methods = methods;

    /// <summary>Route template under the route prefix; null is the function's name.</summary>
    public string? Route { get; set; }

    /// <summary>HTTP methods; null or empty is every method.</summary>
    public string[]? Methods { get; }

    public AuthorizationLevel AuthLevel { get; }

    /// <summary>What the host enforces: the level given, or Function where the constructor takes none.</summary>
    internal AuthorizationLevel HostAuthLevel { get; } = AuthorizationLevel.Function;
}

/// <summary>The kind of key that a caller must send.</summary>
public enum AuthorizationLevel
{
    Anonymous = 0,
    User = 1,
    Function = 2,
    System = 3,
    Admin = 4,
}

/// <summary>Marks the property of a multi-output class that is the HTTP response.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class HttpResultAttribute : Attribute
{
}
