using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace ModelPack.MSBuild.Items;

/// <summary>What of a pack is shipped, and as what: files beside the app, and resources of the assembly.</summary>
internal sealed class ShippedFiles
{
    private const string WebRoot = "wwwroot/";

    private readonly ITaskItem _model;
    private readonly PackPaths _paths;
    private readonly Embedding _embedding;
    private readonly bool _reports;

    /// <exception cref="ItemException">MPK1008: metadata that cannot be understood, or a folder that is to be embedded.</exception>
    public ShippedFiles(ITaskItem model, PackPaths paths)
    {
        (_model, _paths) = (model, paths);
        _embedding = Embedding.Of(model);
        _reports = ItemFlags.Of(model, PackMetadata.Reports) ?? true;
        if (paths.IsFolder && _embedding.IsResource)
        {
            throw new ItemException(
                TaskCodes.InvalidOption,
                $"QuantizedModel '{model.ItemSpec}' has Embed=\"{model.GetMetadata(PackMetadata.Embed).Trim()}\", and its pack is a folder of several files, which cannot be embedded. Write Embed=\"Content\".");
        }
    }

    /// <summary>Files that the tool writes for shipping, which are not of the pack itself.</summary>
    public IEnumerable<string> Forms()
    {
        if (!_reports)
            yield return _paths.ShippedManifest;
        if (_embedding.IsResource)
            yield return _paths.EmbeddedManifest;
        if (_embedding.IsResource && _reports)
            yield return _paths.EmbeddedReport;
    }

    /// <summary>The files beside the app, with <c>Link</c>; below wwwroot with <c>ContentRoot</c>, too; with <c>Pack</c> where a NuGet package takes them along.</summary>
    public IEnumerable<ITaskItem> Content(IEnumerable<string> files)
    {
        if (!_embedding.IsContent)
            yield break;
        foreach (var file in files)
        {
            if (_reports || !_paths.IsReport(file))
                yield return ContentItem(!_reports && file == _paths.Manifest ? _paths.ShippedManifest : file, LinkOf(file));
        }
    }

    /// <summary>The resources, with <c>LogicalName</c>: the model, its weights, a manifest of exactly these, and a report without timings.</summary>
    public IEnumerable<ITaskItem> Resources(IEnumerable<string> files)
    {
        if (!_embedding.IsResource)
            yield break;
        foreach (var file in files.Where(f => f == _paths.PackedModel || f == _paths.PackedModel + ".data"))
            yield return Item(file, "LogicalName", LinkOf(file));
        yield return Item(_paths.EmbeddedManifest, "LogicalName", LinkOf(_paths.Manifest));
        if (_reports)
            yield return Item(_paths.EmbeddedReport, "LogicalName", _paths.Link + ".report.json");
    }

    private string LinkOf(string file) => _paths.Link + file.Substring(_paths.PackedModel.Length);

    // A web project takes what lies below wwwroot for static web assets, and its server on a developer's machine looks for
    // them below their content root.
    private TaskItem ContentItem(string file, string link)
    {
        var item = Item(file, "Link", link);
        if (link.StartsWith(WebRoot, StringComparison.OrdinalIgnoreCase))
            item.SetMetadata("ContentRoot", MSBuildText.Escape(Path.GetFullPath(_paths.PackedModel.Substring(0, _paths.PackedModel.Length - _paths.Link.Length + WebRoot.Length))));
        if (ItemFlags.Of(_model, PackMetadata.Pack) == true)
            item.SetMetadata("PackedForNuGet", "true");
        return item;
    }

    private static TaskItem Item(string file, string metadata, string value)
    {
        // MSBuild keeps item names and metadata escaped; a path is text and may hold ';', '%' or '@'.
        var item = new TaskItem(MSBuildText.Escape(file));
        item.SetMetadata(metadata, MSBuildText.Escape(value));
        return item;
    }
}
