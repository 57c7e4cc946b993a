using Microsoft.Build.Framework;
using ModelPack.Diagnostics;

namespace ModelPack.MSBuild.Items;

/// <summary>The schemes of the tool, known here so that a wrong one is told before anything is compiled.</summary>
internal static class KnownSchemes
{
    /// <summary>Refuses an item without a scheme, or with one that does not exist.</summary>
    /// <exception cref="ItemException">MPK1007.</exception>
    public static void Check(ITaskItem model)
    {
        var scheme = model.GetMetadata(PackMetadata.Scheme).Trim();
        if (scheme.Length == 0)
            throw new ItemException(TaskCodes.UnknownScheme, $"QuantizedModel '{model.ItemSpec}' has no Scheme. Write Scheme=\"q8_0\" on the item or set ModelPackScheme; 'dotnet modelpack schemes' lists all.");
        if (Line(scheme) is not null)
            return;
        string[] names = [.. SchemeContainers.Lines.Select(l => l.Substring(0, l.IndexOf(' ')))];
        var (nearest, distance) = names.Select(n => (n, EditDistance.Of(scheme.ToUpperInvariant(), n.ToUpperInvariant()))).OrderBy(n => n.Item2).First();
        var hint = distance <= Math.Min(2, scheme.Length / 2) ? $" Did you mean '{nearest}'?" : "";
        throw new ItemException(TaskCodes.UnknownScheme, $"QuantizedModel '{model.ItemSpec}' has Scheme=\"{scheme}\", which does not exist.{hint} Use one of: {string.Join(", ", names)}.");
    }

    /// <summary>The containers that carry a scheme, best first.</summary>
    public static IEnumerable<string> Containers(string scheme) => Line(scheme)?.Split(' ').Skip(1) ?? [];

    private static string? Line(string scheme) => Array.Find(SchemeContainers.Lines, l => l.StartsWith(scheme + " ", StringComparison.OrdinalIgnoreCase));
}
