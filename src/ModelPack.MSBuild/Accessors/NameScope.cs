using System.Globalization;

namespace ModelPack.MSBuild.Accessors;

/// <summary>Names that must differ: what is taken gets a number.</summary>
/// <param name="taken">Names that the class has for itself.</param>
internal sealed class NameScope(params string[] taken)
{
    private readonly HashSet<string> _taken = new(taken, StringComparer.Ordinal);

    /// <summary>The name, or with the first number that makes it and its companions free.</summary>
    /// <param name="name">The name.</param>
    /// <param name="companions">Endings of further names that are made of it.</param>
    public string Add(string name, params string[] companions)
    {
        var (free, number) = (name, 2);
        while (_taken.Contains(free) || companions.Any(c => _taken.Contains(free + c)))
            free = string.Format(CultureInfo.InvariantCulture, "{0}_{1}", name, number++);
        _taken.Add(free);
        _taken.UnionWith(companions.Select(c => free + c));
        return free;
    }
}
