namespace Tidemark.Platform.Access;

/// <summary>Where callers are known by tokens, only those with this app role may call the HTTP function. Without it, the function key is enough.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresRoleAttribute(string role) : Attribute
{
    /// <summary>One of <see cref="Roles"/>.</summary>
    public string Role { get; } = role;
}
