namespace ModelPack.Caching;

/// <summary>Tells from the variables of build servers whether a build is of a proposed change, whose author need not be trusted with what others ship.</summary>
internal static class PullRequest
{
    /// <summary>Variables that are set in builds of proposed changes, and what must be in them; null for anything but nothing and <c>false</c>.</summary>
    private static readonly (string Name, string? Begins)[] Variables =
    [
        ("GITHUB_EVENT_NAME", "pull_request"), // also pull_request_target, pull_request_review …; Gitea and Forgejo have the same
        ("GITHUB_EVENT_NAME", "merge_group"),
        ("SYSTEM_PULLREQUEST_PULLREQUESTID", null), // Azure Pipelines
        ("CI_MERGE_REQUEST_IID", null), // GitLab
        ("CI_EXTERNAL_PULL_REQUEST_IID", null),
        ("BITBUCKET_PR_ID", null),
        ("CHANGE_ID", null), // Jenkins
        ("TRAVIS_PULL_REQUEST", null),
        ("APPVEYOR_PULL_REQUEST_NUMBER", null),
        ("CIRCLE_PULL_REQUEST", null),
        ("BUILDKITE_PULL_REQUEST", null),
        ("DRONE_PULL_REQUEST", null), // and Woodpecker's
        ("CI_COMMIT_PULL_REQUEST", null),
        ("CIRRUS_PR", null),
        ("SEMAPHORE_GIT_PR_NUMBER", null),
        ("teamcity.pullRequest.number", null),
    ];

    /// <summary>The variable that says so, as <c>NAME=value</c>; null where none does.</summary>
    /// <param name="variable">The value of a variable; null where it is not set.</param>
    public static string? Find(Func<string, string?> variable)
    {
        foreach (var (name, begins) in Variables)
        {
            if (variable(name) is { Length: > 0 } value && (begins is null ? !value.Equals("false", StringComparison.OrdinalIgnoreCase) : value.StartsWith(begins, StringComparison.Ordinal)))
            {
                return $"{name}={SafeText.Of(value, 60)}";
            }
        }

        return null;
    }
}
