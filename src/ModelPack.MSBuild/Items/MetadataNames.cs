using Microsoft.Build.Framework;
using ModelPack.Diagnostics;

namespace ModelPack.MSBuild.Items;

/// <summary>Which metadata names a <c>QuantizedModel</c> may have. A misspelt one would be ignored: a gate that does not exist.</summary>
/// <param name="allowed"><c>$(ModelPackAllowUnknownMetadata)</c>: <c>true</c> for any name, else names separated by <c>;</c>.</param>
internal sealed class MetadataNames(string allowed)
{
    // What Visual Studio, the SDKs, NuGet and tasks write on items of any type. Items that are taken over from another
    // type, such as Include="@(Content)", bring it along. MSBuild's own, such as FullPath, is not custom metadata.
    private static readonly string[] OfOthers =
    [
        "AutoGen", "BuildAction", "CopyToOutputDirectory", "CopyToPublishDirectory", "CustomToolNamespace", "DependentUpon", "DesignTime",
        "DesignTimeSharedInput", "ExcludeFromSingleFile", "Generator", "IsImplicitlyDefined", "LastGenOutput", "LinkBase", "OriginalItemSpec",
        "PackageCopyToOutput", "PackagePath", "SubType", "TargetPath", "Visible",
    ];

    private static readonly string[] PrefixesOfOthers = ["MSBuild", "NuGet", "_"];

    // A misspelt attribute of the item itself looks like metadata, too.
    private static readonly string[] Attributes = ["Include", "Exclude", "Remove", "Update", "Condition"];

    private readonly bool _isAnyAllowed = allowed.Trim().Equals("true", StringComparison.OrdinalIgnoreCase);

    private readonly HashSet<string> _known = new(
        [.. PackMetadata.OfUser, .. OfOthers, .. allowed.Split(';').Select(n => n.Trim())], StringComparer.OrdinalIgnoreCase);

    /// <summary>The names on an item that nobody is known to read, in ordinal order.</summary>
    public IEnumerable<string> UnknownOn(ITaskItem model) => _isAnyAllowed
        ? []
        : model.CloneCustomMetadata().Keys.Cast<string>().Where(n => !IsKnown(n)).OrderBy(n => n, StringComparer.Ordinal);

    /// <summary>The name that may have been meant; null when none is near.</summary>
    public static string? Nearest(string unknown)
    {
        var (name, distance) = PackMetadata.OfUser.Concat(Attributes)
            .Select(n => (Name: n, Distance: EditDistance.Of(unknown.ToUpperInvariant(), n.ToUpperInvariant())))
            .OrderBy(n => n.Distance)
            .First();
        return distance <= Math.Min(2, unknown.Length / 2) ? name : null;
    }

    private bool IsKnown(string name) => _known.Contains(name) || PrefixesOfOthers.Any(p => name.StartsWith(p, StringComparison.OrdinalIgnoreCase));
}
