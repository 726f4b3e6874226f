namespace Nunchi.Hub;

/// <summary>Why a hub could not give what was asked of it.</summary>
public enum HubFailure
{
    /// <summary>No such repository, or a private one that the token does not open (servers do not tell the two apart).</summary>
    RepositoryNotFound,

    /// <summary>The repository has no such branch, tag or commit.</summary>
    RevisionNotFound,

    /// <summary>The revision lacks a file that is needed.</summary>
    FileNotFound,

    /// <summary>Conditions must be accepted on the hub's web page before this repository can be read.</summary>
    Gated,

    /// <summary>The token is not accepted, or does not allow this.</summary>
    Unauthorized,

    /// <summary>What is asked for is not in the cache, and the network is off (<c>HF_HUB_OFFLINE</c>).</summary>
    Offline,

    /// <summary>The server could not be reached, kept failing, or kept cutting the connection.</summary>
    Network,

    /// <summary>The server asks to come back later than is worth waiting for.</summary>
    RateLimited,

    /// <summary>What came is not what the hub's hash says.</summary>
    Checksum,

    /// <summary>The disk has too little room.</summary>
    DiskFull,

    /// <summary>The files are of a kind that is not fetched: pickles, or names that lead out of their directory.</summary>
    Refused,

    /// <summary>The server's answer does not keep to the protocol.</summary>
    BadAnswer,
}
