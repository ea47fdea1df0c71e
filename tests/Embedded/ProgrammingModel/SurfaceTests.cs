using System.Reflection;
using System.Text;
using Microsoft.Azure.Functions.Worker;
using Xunit;

namespace Tidemark.Tests.Embedded.ProgrammingModel;

/// <summary>The public face of the embedded runtime is that of the genuine packages.</summary>
public sealed class SurfaceTests
{
    private static readonly NullabilityInfoContext Nullability = new();

    private static IEnumerable<Type> Public => typeof(FunctionAttribute).Assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal);

    [Fact]
    public void Every_public_type_lies_in_a_namespace_of_the_genuine_packages()
    {
        Assert.All(Public, type => Assert.Matches(@"^(Microsoft\.|DurableTask\.Core\.Exceptions$)", type.Namespace));
    }

    [Fact]
    public void Names_constructors_members_and_defaults_are_those_written_down()
    {
        string written = File.ReadAllText(Path.Combine(Repository.Root, "tests/Embedded/ProgrammingModel/surface.txt")).ReplaceLineEndings("\n");

        string found = Describe();
        File.WriteAllText(Path.Combine(AppContext.BaseDirectory, "surface.found.txt"), found);
        Assert.Equal(written, found);
    }

    private static string Describe()
    {
        var text = new StringBuilder();
        foreach (IGrouping<string?, Type> space in Public.GroupBy(t => t.Namespace))
        {
            text.Append("namespace ").Append(space.Key).Append('\n');
            foreach (Type type in space)
            {
                text.Append("  ").Append(Kind(type)).Append(' ').Append(Name(type)).Append(Bases(type)).Append(Usage(type)).Append('\n');
                foreach (string member in Members(type).Order(StringComparer.Ordinal))
                    text.Append("    ").Append(member).Append('\n');
            }
        }
        return text.ToString();
    }

    private static string Kind(Type type) => type switch
    {
        { IsEnum: true } => "enum",
        { IsInterface: true } => "interface",
        { IsValueType: true } => "struct",
        { IsAbstract: true, IsSealed: true } => "static class",
        { IsAbstract: true } => "abstract class",
        { IsSealed: true } when type.BaseType == typeof(MulticastDelegate) => "delegate",
        { IsSealed: true } => "sealed class",
        _ => "class",
    };

    private static string Bases(Type type)
    {
        string? parent = type.BaseType is { } b && b != typeof(object) && b != typeof(Enum) && b != typeof(ValueType) && b != typeof(MulticastDelegate) ? Name(b) : null;
        IEnumerable<string> interfaces = type.IsEnum || type.BaseType == typeof(MulticastDelegate) ? [] : type.GetInterfaces()
            .Where(i => i.IsPublic && type.BaseType?.GetInterfaces().Contains(i) != true).Select(Name).Order(StringComparer.Ordinal);
        string all = string.Join(", ", interfaces.Prepend(parent).Where(n => n is not null));
        return all.Length == 0 ? "" : $" : {all}";
    }

    private static string Usage(Type type) => type.GetCustomAttribute<AttributeUsageAttribute>(inherit: false) is { } usage
        ? $" [{usage.ValidOn}{(usage.AllowMultiple ? ", multiple" : "")}]" : "";

    private static IEnumerable<string> Members(Type type)
    {
        const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        if (type.IsEnum)
            return Enum.GetNames(type).Select(n => $"{n} = {Convert.ToInt32(Enum.Parse(type, n), System.Globalization.CultureInfo.InvariantCulture)}");
        if (type.BaseType == typeof(MulticastDelegate))
            return [Signature(type.GetMethod("Invoke")!)];
        return type.GetConstructors(Declared).Where(Visible).Select(c => $"({Parameters(c)})")
            .Concat(type.GetProperties(Declared).Where(p => p.GetAccessors(true).Any(Visible)).Select(Property))
            .Concat(type.GetMethods(Declared).Where(m => Visible(m) && !m.IsSpecialName).Select(Signature));
    }

    private static bool Visible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Property(PropertyInfo property)
    {
        string accessors = string.Concat(property.GetAccessors(true).Where(Visible).Select(a => a.ReturnType == typeof(void) ? " set;" : " get;").Order(StringComparer.Ordinal));
        return $"{Modifier(property.GetAccessors(true)[0])}{TypeName(property.PropertyType, Nullability.Create(property))} {property.Name} {{{accessors} }}";
    }

    private static string Signature(MethodInfo method) =>
        $"{Modifier(method)}{TypeName(method.ReturnType, Nullability.Create(method.ReturnParameter))} {method.Name}{Arguments(method)}({Parameters(method)}){Constraints(method)}";

    private static string Arguments(MethodInfo method) =>
        method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>" : "";

    private static string Constraints(MethodInfo method) => string.Concat(method.GetGenericArguments()
        .Select(a => (a.Name, Types: a.GetGenericParameterConstraints().Select(Name).ToArray())).Where(a => a.Types.Length > 0)
        .Select(a => $" where {a.Name} : {string.Join(", ", a.Types)}"));

    private static string Modifier(MethodInfo method) =>
        method.DeclaringType!.IsInterface ? "" : method.IsStatic ? "static " : method.IsAbstract ? "abstract " : method.GetBaseDefinition() != method ? "override " : method is { IsVirtual: true, IsFinal: false } ? "virtual " : "";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(p =>
        (p.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "") + TypeName(p.ParameterType, Nullability.Create(p)) + " " + p.Name
        + (p.HasDefaultValue ? $" = {p.DefaultValue ?? (p.ParameterType.IsValueType ? "default" : "null")}" : "")));

    private static string TypeName(Type type, NullabilityInfo nullability)
    {
        bool nullable = Nullable.GetUnderlyingType(type) is null && !type.IsValueType && nullability.ReadState == NullabilityState.Nullable;
        return Name(type) + (nullable ? "?" : "");
    }

    private static string Name(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return Name(underlying) + "?";
        if (type.IsArray)
            return Name(type.GetElementType()!) + "[]";
        return type.IsGenericType ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : type.Name;
    }
}
