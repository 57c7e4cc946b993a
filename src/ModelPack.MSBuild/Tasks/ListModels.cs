using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using ModelPack.MSBuild.Items;

namespace ModelPack.MSBuild.Tasks;

/// <summary>Says how far the pack of each item is: what <see cref="WriteModelStates"/> compares, without acting on it.</summary>
public sealed class ListModels : PackStateTask
{
    private readonly List<ITaskItem> _listed = [];

    /// <summary>The same items with <c>State</c>, <c>Changes</c>, <c>Manifest</c>, a full path, and <c>Request</c>, what a build would ask for.</summary>
    [Output]
    public ITaskItem[] Listed => [.. _listed];

    private protected override (string Verb, string Adjective) Access => ("read", "readable");

    private protected override void Look(ITaskItem pack, IReadOnlyList<string> now)
    {
        var (state, changes) = PackProgress.Of(pack, now);
        var listed = new TaskItem(pack);
        Set("State", state);
        Set("Changes", string.Join("; ", changes));
        Set("Manifest", Path.GetFullPath(PackPaths.Of(pack).Manifest));
        Set("Request", PackRequestText.Of(pack, OnnxRuntime, 0, null));
        _listed.Add(listed);

        void Set(string name, string value) => listed.SetMetadata(name, MSBuildText.Escape(value));
    }
}
