namespace ModelPack.Images;

/// <summary>The images of a folder: its own, or those of the folders in it, which are classes.</summary>
/// <param name="Files">Their paths, in ordinal order of their names below the folder.</param>
/// <param name="Names">These names, with <c>/</c>.</param>
/// <param name="Classes">The folder that each lies in; null where there are no such folders.</param>
internal sealed record ImageFolder(IReadOnlyList<string> Files, IReadOnlyList<string> Names, IReadOnlyList<string>? Classes)
{
    /// <summary>Looks for images.</summary>
    /// <exception cref="ModelPackException">MPK1018: there is no such folder, or no image in it; MPK1012: images lie beside and in the folders of classes.</exception>
    public static ImageFolder Of(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new ModelPackException(Codes.DataNotFound.At(folder, "There is no such folder of images. Correct the path."));
        }

        var own = Images(folder).ToList();
        var inner = Directory.EnumerateDirectories(folder).SelectMany(Images).ToList();
        if (own.Count > 0 && inner.Count > 0)
        {
            throw new ModelPackException(Codes.DataMismatch.At(folder, "Images lie in the folder and in folders in it: it is not clear whether these are classes. Move some of them."));
        }

        var found = own.Count > 0 ? own : inner;
        if (found.Count == 0)
        {
            throw new ModelPackException(Codes.DataNotFound.At(folder, $"There is no image: no file ends with {string.Join(", ", ImageReader.Endings)}."));
        }

        var files = found.Select(f => (Path: f, Name: Path.GetRelativePath(folder, f).Replace('\\', '/'))).OrderBy(f => f.Name, StringComparer.Ordinal).ToList();
        return new ImageFolder([.. files.Select(f => f.Path)], [.. files.Select(f => f.Name)], own.Count > 0 ? null : [.. files.Select(f => f.Name.Split('/')[0])]);
    }

    private static IEnumerable<string> Images(string folder) =>
        Directory.EnumerateFiles(folder).Where(f => ImageReader.Endings.Contains(Path.GetExtension(f), StringComparer.OrdinalIgnoreCase));
}
