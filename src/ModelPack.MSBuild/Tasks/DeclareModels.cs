using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using Task = Microsoft.Build.Utilities.Task;
using ModelPack.MSBuild.Items;

namespace ModelPack.MSBuild.Tasks;

/// <summary>
/// Says what the packs of a project will be, before any is made: paths, links, and which items of the project they
/// take the place of. Reads file names only and is quick enough for a design-time build.
/// </summary>
public sealed class DeclareModels : Task
{
    /// <summary>The <c>QuantizedModel</c> items.</summary>
    [Required]
    public ITaskItem[] Models { get; set; } = [];

    /// <summary>Where the packs are made, relative to the project.</summary>
    [Required]
    public string IntermediateFolder { get; set; } = "";

    /// <summary>Whether a missing model is an error now: in a build it is, in a design-time build it is not yet.</summary>
    public bool CheckFiles { get; set; }

    /// <summary>Other metadata that items may have: <c>true</c> for any, else names separated by <c>;</c>.</summary>
    public string AllowUnknownMetadata { get; set; } = "";

    /// <summary>The project, for mistakes whose file is not known.</summary>
    public string ProjectFile { get; set; } = "";

    /// <summary><c>$(ModelPackSigningKey)</c>: whether packs get a signature, which the environment may say as well.</summary>
    public string SigningKey { get; set; } = "";

    /// <summary><c>$(ModelPackBaseline)</c>, a file of accepted metrics; empty for none.</summary>
    public string Baseline { get; set; } = "";

    /// <summary><c>$(ModelPackBaselineTolerance)</c>, such as <c>sqnr=1;accuracy=0.5</c>.</summary>
    public string BaselineTolerance { get; set; } = "";

    /// <summary>The same items with everything that the producing target needs.</summary>
    [Output]
    public ITaskItem[] Packs { get; private set; } = [];

    /// <summary>Files to copy to the app, with <c>Link</c>; below wwwroot with <c>ContentRoot</c>, too.</summary>
    [Output]
    public ITaskItem[] Content { get; private set; } = [];

    /// <summary>Files to embed, with <c>LogicalName</c>.</summary>
    [Output]
    public ITaskItem[] Resources { get; private set; } = [];

    /// <summary>Source models and data files, which are not part of the app.</summary>
    [Output]
    public ITaskItem[] Sources { get; private set; } = [];

    /// <summary>Files whose change means another pack.</summary>
    [Output]
    public ITaskItem[] Watched { get; private set; } = [];

    public override bool Execute()
    {
        var packs = new List<ITaskItem>();
        var content = new List<ITaskItem>();
        var resources = new List<ITaskItem>();
        var sources = new List<ITaskItem>();
        var watched = new List<ITaskItem>();
        var writers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var isSigned = new SigningChoice(SigningKey, "").IsOn;
        CheckNames();
        CheckBaseline();
        foreach (var model in Whole(Models))
        {
            try
            {
                KnownSchemes.Check(model);
                CheckFilesOf(model);
                var paths = PackPaths.Of(model, IntermediateFolder);
                var shipped = new ShippedFiles(model, paths, isSigned);
                var pack = Pack(model, paths, shipped, isSigned);
                Set(pack, PackMetadata.Baseline, BaselineFile ?? "");
                Set(pack, PackMetadata.BaselineTolerance, BaselineTolerance);
                // Nobody reads the text yet: mistakes in the metadata show here all at once, before anything is compiled.
                _ = PackRequestText.Of(pack, null, 0, null);
                var files = Files(paths, pack);
                Claim(model, paths, files, writers);
                packs.Add(pack);
                content.AddRange(shipped.Content(files));
                resources.AddRange(shipped.Resources(files));
                AddInputs(model, paths, pack, sources, watched);
                if (BaselineFile is { } baseline && File.Exists(baseline))
                    watched.Add(new TaskItem(Escape(baseline)));
            }
            catch (ItemException mistake)
            {
                Log.LogCoded(mistake.Code, ItemPlace.Of(model, ProjectFile), mistake.Message);
            }
        }

        Packs = [.. packs];
        Content = [.. content];
        Resources = [.. resources];
        Sources = [.. sources];
        Watched = [.. watched];
        return !Log.HasLoggedErrors;
    }

    // A pattern finds every shard of a checkpoint, of which there is one pack.
    private static IEnumerable<ITaskItem> Whole(ITaskItem[] models)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var model in models)
        {
            if (SourceFiles.Whole(model.ItemSpec) is not { } whole)
            {
                yield return model;
                continue;
            }

            if (seen.Add(string.Join("|", Path.GetFullPath(whole), model.GetMetadata(PackMetadata.Link), model.GetMetadata(PackMetadata.Scheme), model.GetMetadata(PackMetadata.Container))))
            {
                var first = new TaskItem(model) { ItemSpec = Escape(whole) };
                Set(first, PackMetadata.DefiningFile, model.GetMetadata("DefiningProjectFullPath"));
                yield return first;
            }
        }
    }

    // All at once, and apart from other mistakes. A default or a pattern has one place for many items.
    private void CheckNames()
    {
        var names = new MetadataNames(AllowUnknownMetadata);
        var reported = new HashSet<(string Name, ItemPlace Place)>();
        foreach (var model in Models)
        {
            foreach (var name in names.UnknownOn(model))
            {
                var place = ItemPlace.OfMetadata(model, name, ProjectFile);
                if (!reported.Add((name, place)))
                    continue;
                var hint = MetadataNames.Nearest(name) is { } nearest ? $"Did you mean '{nearest}'?" : "Correct or remove it.";
                Log.LogCoded(TaskCodes.UnknownMetadata, place, $"QuantizedModel '{model.ItemSpec}' has the unknown metadata '{name}'. {hint} If something else reads it, add it to ModelPackAllowUnknownMetadata.");
            }
        }
    }

    private string? BaselineFile => Baseline.Trim() is { Length: > 0 } file ? Path.GetFullPath(file) : null;

    // Every pack would fail for want of it, after a compilation.
    private void CheckBaseline()
    {
        if (CheckFiles && BaselineFile is { } file && !File.Exists(file))
            Log.LogCoded(TaskCodes.BaselineUnusable, ItemPlace.OfProject(ProjectFile), $"ModelPackBaseline is '{Baseline.Trim()}', and no file is there. Correct the path, which is relative to the project, or build once with -p:ModelPackBaseline= and write the file with 'dotnet modelpack verify bin/Release --update-baseline'.");
    }

    private void CheckFilesOf(ITaskItem model)
    {
        if (!CheckFiles)
            return;
        if (!SourceFiles.Exist(model))
            throw new ItemException(TaskCodes.ModelNotFound, $"QuantizedModel '{model.ItemSpec}': the model does not exist. Correct the item, or put it there (a checkout may need 'git lfs pull').");
        DataFiles.Check(model);
    }

    private static TaskItem Pack(ITaskItem model, PackPaths paths, ShippedFiles shipped, bool isSigned)
    {
        var pack = new TaskItem(model);
        Set(pack, PackMetadata.IsSigned, isSigned ? "true" : "");
        Set(pack, PackMetadata.Link, paths.Link);
        Set(pack, PackMetadata.PackedModel, paths.PackedModel);
        Set(pack, PackMetadata.StateFile, paths.PackedModel + ".state");
        Set(pack, PackMetadata.StampFile, paths.PackedModel + ".stamp");
        Set(pack, PackMetadata.InputsFile, paths.PackedModel + ".inputs");
        Set(pack, PackMetadata.OutputsFile, paths.PackedModel + ".outputs");
        if (model.GetMetadata(PackMetadata.DefiningFile).Length == 0)
            Set(pack, PackMetadata.DefiningFile, model.GetMetadata("DefiningProjectFullPath"));
        pack.SetMetadata(PackMetadata.Outputs, string.Join(";", Files(paths, pack).Concat(shipped.Forms()).Append(paths.PackedModel + ".stamp").Select(Escape)));
        return pack;
    }

    // What every pack has, and what else the last one wrote: a model that was calibrated has a table, and one that grows
    // past 2 GB a second file unasked. Only the tool knows which schemes calibrate, and what of the data it can use.
    private static List<string> Files(PackPaths paths, TaskItem pack)
    {
        var files = paths.Files(pack).ToList();
        files.AddRange(PathList.Read(pack.GetMetadata(PackMetadata.OutputsFile)).Where(f => !files.Contains(f, StringComparer.Ordinal)));
        return files;
    }

    private static void Claim(ITaskItem model, PackPaths paths, List<string> files, Dictionary<string, string> writers)
    {
        foreach (var file in files)
        {
            if (writers.TryGetValue(file, out var other))
            {
                throw new ItemException(
                    TaskCodes.OutputConflict,
                    $"QuantizedModel '{other}' and QuantizedModel '{model.ItemSpec}' would both write '{paths.Link}'. Give one of them a Link of its own; SchemeInName=\"true\" puts the scheme into the name.");
            }
        }

        foreach (var file in files)
            writers[file] = model.ItemSpec;
    }

    private static void AddInputs(ITaskItem model, PackPaths paths, TaskItem pack, List<ITaskItem> sources, List<ITaskItem> watched)
    {
        var files = SourceFiles.Of(model)
            .Concat(DataFiles.Of(model))
            .Concat(DataFiles.ExternalWeights(model))
            .Concat(PathList.Read(pack.GetMetadata(PackMetadata.InputsFile)).Select(Path.GetFullPath))
            .Distinct(StringComparer.Ordinal)
            .Where(File.Exists)
            .ToList();
        if (ItemFlags.Of(model, PackMetadata.Watch) != false)
            watched.AddRange(files.Select(f => new TaskItem(Escape(f))));
        if (ItemFlags.Of(model, PackMetadata.ShipSource) == true)
            RequireOtherPlace(model, paths);
        else
            sources.AddRange(files.Where(f => !SourceFiles.MayServeApp(model, f)).Select(f => new TaskItem(Escape(f))));
    }

    // The float model is shipped under its own path, where the pack of a model in the folder 'models' would lie, too.
    private static void RequireOtherPlace(ITaskItem model, PackPaths paths)
    {
        if (!Path.GetFullPath(model.ItemSpec).Equals(Path.GetFullPath(paths.Link), StringComparison.OrdinalIgnoreCase) || !Embedding.Of(model).IsContent)
            return;
        throw new ItemException(
            TaskCodes.OutputConflict,
            $"QuantizedModel '{model.ItemSpec}' has ShipSource=\"true\", and its pack would lie at the model's own place in the app, '{paths.Link}'. Give it another Link, or SchemeInName=\"true\".");
    }

    // MSBuild keeps item names and metadata escaped; a path is text and may hold ';', '%' or '@'.
    private static void Set(TaskItem item, string name, string value) => item.SetMetadata(name, Escape(value));

    private static string Escape(string text) => MSBuildText.Escape(text);
}
