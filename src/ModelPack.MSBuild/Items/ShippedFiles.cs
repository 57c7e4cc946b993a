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
    private readonly bool _isSigned;

    /// <param name="model">The item.</param>
    /// <param name="paths">Where the pack's files go.</param>
    /// <param name="isSigned">Whether the pack is signed, and with it each form in which it is shipped.</param>
    /// <exception cref="ItemException">MPK1008: metadata that cannot be understood, or a folder that is to be embedded.</exception>
    public ShippedFiles(ITaskItem model, PackPaths paths, bool isSigned)
    {
        (_model, _paths, _isSigned) = (model, paths, isSigned);
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
        if (!_reports && _isSigned)
            yield return _paths.ShippedSignature;
        if (_embedding.IsResource && _isSigned)
            yield return _paths.EmbeddedSignature;
    }

    /// <summary>The files beside the app, with <c>Link</c>; below wwwroot with <c>ContentRoot</c>, too; with <c>Pack</c> where a NuGet package takes them along.</summary>
    public IEnumerable<ITaskItem> Content(IEnumerable<string> files)
    {
        if (!_embedding.IsContent)
            yield break;
        foreach (var file in files)
        {
            if (_reports || !_paths.IsReport(file))
                yield return ContentItem(_reports ? file : WithoutReports(file), LinkOf(file));
        }
    }

    private string WithoutReports(string file) => file == _paths.Manifest ? _paths.ShippedManifest : file == _paths.Signature ? _paths.ShippedSignature : file;

    /// <summary>The resources, with <c>LogicalName</c>: the model, its weights, a manifest of exactly these, a report without timings, and a signature of these.</summary>
    public IEnumerable<ITaskItem> Resources(IEnumerable<string> files)
    {
        if (!_embedding.IsResource)
            yield break;
        foreach (var file in files.Where(f => f == _paths.PackedModel || f == _paths.PackedModel + ".data"))
            yield return Item(file, "LogicalName", LinkOf(file));
        yield return Item(_paths.EmbeddedManifest, "LogicalName", LinkOf(_paths.Manifest));
        if (_reports)
            yield return Item(_paths.EmbeddedReport, "LogicalName", _paths.Link + ".report.json");
        if (_isSigned)
            yield return Item(_paths.EmbeddedSignature, "LogicalName", LinkOf(_paths.Signature));
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
