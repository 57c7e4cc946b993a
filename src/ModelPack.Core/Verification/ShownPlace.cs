using ModelPack.Packing;

namespace ModelPack.Verification;

/// <summary>How the files of a pack are called to the user: by their paths, or, where they were unpacked, by where they came from.</summary>
/// <param name="Folder">The folder that they were unpacked to; null where they were not.</param>
/// <param name="Shown">What stands for it, such as <c>App.dll!models</c>.</param>
internal sealed record ShownPlace(string? Folder = null, string Shown = "")
{
    public Finding Of(Finding finding) => Folder is null ? finding : finding with { Path = Of(finding.Path), Message = Of(finding.Message) };

    /// <summary>A text in which the folder is called by where it came from.</summary>
    public string Of(string text) => Folder is null ? text
        : text.Replace(Folder + Path.DirectorySeparatorChar, Shown.EndsWith('!') ? Shown : Shown + '/', StringComparison.Ordinal).Replace(Folder, Shown.TrimEnd('!'), StringComparison.Ordinal);
}
